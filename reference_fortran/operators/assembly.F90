! Sums over the copies of shared nodes (direct stiffness summation) and extremes over neighbouring elements.
! Each element adds, for its own copy of a node: own + copies in the order of the table, so the sum does not depend on threads.
!
! HOMME, CAM-SE: edge_mod (edgeVpack, edgeVunpack, edgeSunpackMin/Max), bndry_mod (bndry_exchangeV), viscosity_base (make_c0)
module assembly
  use kinds, only: rk
  use dimensions, only: np, nboundary
  use element_data, only: require_grid, copies, neighbours, spheremp, rspheremp
  implicit none
  private
  public :: assemble, dss, dss_wk, neighbour_min, neighbour_max

  real(rk), allocatable :: buffer(:)  ! (lev, boundary node) of one field after another, as long as the largest so far

contains

  ! f summed over the copies of each node, in place. Components count as levels.
  subroutine assemble(f, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: f(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: f
    integer :: e

    call prepare_buffer(nlev, ne)
    !$omp parallel
    !$omp do
    do e = 1, ne
      call pack_boundary(f(:,:,:,e), nlev, buffer(nlev*nboundary*(e-1)+1))
    end do
    !$omp do
    do e = 1, ne
      call unpack_boundary(nlev, e, ne, buffer, f(:,:,:,e))
    end do
    !$omp end parallel
  end subroutine assemble

  ! For weak fields, which include the mass matrix: assembled and divided by the assembled mass matrix.
  subroutine dss_wk(f, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: f(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: f
    integer :: e

    call prepare_buffer(nlev, ne)
    !$omp parallel
    !$omp do
    do e = 1, ne
      call pack_boundary(f(:,:,:,e), nlev, buffer(nlev*nboundary*(e-1)+1))
    end do
    !$omp do
    do e = 1, ne
      call unpack_boundary(nlev, e, ne, buffer, f(:,:,:,e))
      call multiply(nlev, rspheremp(:,:,e), f(:,:,:,e))
    end do
    !$omp end parallel
  end subroutine dss_wk

  ! Mass-weighted mean over the copies of each node.
  subroutine dss(f, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: f(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: f
    integer :: e

    call require_grid(ne)
    !$omp parallel do
    do e = 1, ne
      call multiply(nlev, spheremp(:,:,e), f(:,:,:,e))
    end do
    call dss_wk(f, nlev, ne)
  end subroutine dss

  subroutine prepare_buffer(nlev, ne)
    integer, intent(in) :: nlev, ne
    call require_grid(ne)
    if (allocated(buffer)) then
      if (size(buffer) < nlev*nboundary*ne) deallocate(buffer)
    end if
    if (.not. allocated(buffer)) allocate(buffer(nlev*nboundary*ne))
  end subroutine prepare_buffer

  ! Boundary nodes in the order of boundary_i, boundary_j, levels fastest.
  pure subroutine pack_boundary(f, nlev, packed)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: f(np,np,nlev)
    real(rk), intent(out) :: packed(nlev,nboundary)
    integer :: k
    do k = 1, nlev
      packed(k,1:4) = f(:,1,k)
      packed(k,5:8) = [f(1,2,k), f(np,2,k), f(1,3,k), f(np,3,k)]
      packed(k,9:12) = f(:,np,k)
    end do
  end subroutine pack_boundary

  subroutine unpack_boundary(nlev, e, ne, packed, f)
    integer, intent(in) :: nlev, e, ne
    real(rk), intent(in) :: packed(nlev,nboundary*ne)
    real(rk), intent(inout) :: f(np,np,nlev)
    real(rk) :: total(nlev,nboundary)
    integer :: b, c, k

    do b = 1, nboundary
      total(:,b) = packed(:,b + nboundary*(e-1))
      do c = 1, size(copies, 1)
        if (copies(c,b,e) == 0) exit
        total(:,b) = total(:,b) + packed(:,copies(c,b,e))
      end do
    end do
    do k = 1, nlev
      f(:,1,k) = total(k,1:4)
      f([1, np],2,k) = total(k,5:6)
      f([1, np],3,k) = total(k,7:8)
      f(:,np,k) = total(k,9:12)
    end do
  end subroutine unpack_boundary

  pure subroutine multiply(nlev, factor, f)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: factor(np,np)
    real(rk), intent(inout) :: f(np,np,nlev)
    integer :: k
    do k = 1, nlev
      f(:,:,k) = f(:,:,k)*factor
    end do
  end subroutine multiply

  ! Least of q over each element and all elements that share an edge or a corner with it.
  subroutine neighbour_min(q, qmin, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: q(nlev,ne)
    real(rk), intent(out) :: qmin(nlev,ne)
    integer :: e, n

    call require_grid(ne)
    !$omp parallel do private(n)
    do e = 1, ne
      qmin(:,e) = q(:,e)
      do n = 1, size(neighbours, 1)
        if (neighbours(n,e) > 0) qmin(:,e) = min(qmin(:,e), q(:,neighbours(n,e)))
      end do
    end do
  end subroutine neighbour_min

  subroutine neighbour_max(q, qmax, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: q(nlev,ne)
    real(rk), intent(out) :: qmax(nlev,ne)
    integer :: e, n

    call require_grid(ne)
    !$omp parallel do private(n)
    do e = 1, ne
      qmax(:,e) = q(:,e)
      do n = 1, size(neighbours, 1)
        if (neighbours(n,e) > 0) qmax(:,e) = max(qmax(:,e), q(:,neighbours(n,e)))
      end do
    end do
  end subroutine neighbour_max
end module assembly
