! Vertical remap of the hydrostatic theta-l state and its tracers from floating layers to those of the hybrid coordinate.
!
! HOMME: vertremap_mod:vertical_remap (theta-l)
module theta_l_remap
  use kinds, only: rk
  use element_remap, only: remap_element
  use theta_l_column, only: nodes
  use theta_l_settings, only: rsplit, ps0, hyai, hybi, vert_remap_u_alg, vert_remap_q_alg
  use theta_l_tendency, only: nfields, theta_mass, thickness
  implicit none
  private
  public :: vertical_remap

contains

  subroutine vertical_remap(nlev, qsize, ne, state, qdp)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne), qdp(nodes, nlev, qsize, ne)
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      call remap_state(nlev, qsize, state(1, 1, 1, e), qdp(1, 1, 1, e))
    end do
  end subroutine vertical_remap

  ! u dp, v dp and vtheta_dp are masses of layers and move together; tracer masses have an algorithm of their own.
  ! Vertically Eulerian dynamics (rsplit = 0) is on the reference layers already, up to round-off.
  subroutine remap_state(nlev, qsize, state, qdp)
    integer, intent(in) :: nlev, qsize
    real(rk), intent(inout) :: state(nodes, nfields, nlev), qdp(nodes, nlev, qsize)
    real(rk) :: mass(nodes, nlev, theta_mass), floating(nodes, nlev), reference(nodes, nlev)
    integer :: k
    floating = state(:, thickness, :)
    call reference_layers(nlev, floating, reference)
    if (rsplit == 0) then
      state(:, thickness, :) = reference
      return
    end if
    do k = 1, nlev
      mass(:, k, 1) = state(:, 1, k) * floating(:, k)
      mass(:, k, 2) = state(:, 2, k) * floating(:, k)
      mass(:, k, theta_mass) = state(:, theta_mass, k)
    end do
    call remap_element(nlev, theta_mass, floating, reference, mass, vert_remap_u_alg)
    if (qsize > 0) call remap_element(nlev, qsize, floating, reference, qdp, vert_remap_q_alg)
    do k = 1, nlev
      state(:, 1, k) = mass(:, k, 1) / reference(:, k)
      state(:, 2, k) = mass(:, k, 2) / reference(:, k)
      state(:, theta_mass, k) = mass(:, k, theta_mass)
      state(:, thickness, k) = reference(:, k)
    end do
  end subroutine remap_state

  ! layers of the hybrid coordinate over the surface pressure that the floating ones add up to
  subroutine reference_layers(nlev, floating, reference)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: floating(nodes, nlev)
    real(rk), intent(out) :: reference(nodes, nlev)
    real(rk) :: ps(nodes)
    integer :: k
    ps = hyai(1) * ps0
    do k = 1, nlev
      ps = ps + floating(:, k)
    end do
    do k = 1, nlev
      reference(:, k) = (hyai(k+1) - hyai(k)) * ps0 + (hybi(k+1) - hybi(k)) * ps
    end do
  end subroutine reference_layers

end module theta_l_remap
