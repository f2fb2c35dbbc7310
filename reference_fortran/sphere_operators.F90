! Horizontal operators for whole fields.
module sphere_operators
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: require_grid, dvv, dinv, rrearth
  implicit none
  private
  public :: gradient_sphere

contains

  subroutine gradient_sphere(s, ds, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne)
    real(rk), intent(out) :: ds(np,np,2,nlev,ne)
    integer :: e, k, i, j, l
    real(rk) :: v1, v2

    call require_grid(ne)
    !$omp parallel do private(k, i, j, l, v1, v2)
    do e = 1, ne
      do k = 1, nlev
        do j = 1, np
          do i = 1, np
            v1 = dvv(1,i)*s(1,j,k,e)
            v2 = dvv(1,j)*s(i,1,k,e)
            do l = 2, np
              v1 = v1 + dvv(l,i)*s(l,j,k,e)
              v2 = v2 + dvv(l,j)*s(i,l,k,e)
            end do
            v1 = v1*rrearth
            v2 = v2*rrearth
            ds(i,j,1,k,e) = dinv(i,j,1,1,e)*v1 + dinv(i,j,2,1,e)*v2
            ds(i,j,2,k,e) = dinv(i,j,1,2,e)*v1 + dinv(i,j,2,2,e)*v2
          end do
        end do
      end do
    end do
  end subroutine gradient_sphere
end module sphere_operators
